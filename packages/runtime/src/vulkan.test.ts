import { expect, test } from "@jest/globals";
import { softwareVulkan } from "./vulkan.js";

const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const LAVAPIPE = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";
const RADEON = "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json";

test.each([
  ["SwiftShader", { VK_ICD_FILENAMES: SWIFTSHADER }, [SWIFTSHADER]],
  ["two software drivers", { VK_DRIVER_FILES: `${SWIFTSHADER}:${LAVAPIPE}` }, [SWIFTSHADER, LAVAPIPE]],
  ["a GPU beside lavapipe", { VK_ICD_FILENAMES: `${LAVAPIPE}:${RADEON}` }, undefined],
  ["the newer variable first", { VK_DRIVER_FILES: RADEON, VK_ICD_FILENAMES: SWIFTSHADER }, undefined],
])("%s", (_, environment, drivers) => {
  expect(softwareVulkan(environment)).toEqual(drivers);
});
