// What tests import as @jest/globals, when Jest does not run them.
export { jestExpect as expect } from "@jest/expect";
export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from "jest-circus";
