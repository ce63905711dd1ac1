/** @jest-config-loader esbuild-register */
import type { Config } from "jest";

// Tests see a copy of the variables, which ONNX Runtime does not: what it is told to send stays here.
process.env.ORT_DISABLE_TELEMETRY = "1";

const config: Config = {
  roots: ["<rootDir>/packages", "<rootDir>/converters", "<rootDir>/scripts"],
  testMatch: ["**/*.test.ts"],
  testEnvironment: "<rootDir>/packages/testkit/src/environment.cjs",
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: {
    "^@yolo-compile/(yolov5|yolov7|efficientvit|timm|ultralytics)$": "<rootDir>/converters/$1/src/index.ts",
    "^@yolo-compile/([a-z]+)$": "<rootDir>/packages/$1/src/index.ts",
    "^(\\.{1,2}/.*)\\.js$": "$1",
  },
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" }, sourceMaps: "inline" },
    ],
  },
  testTimeout: 60_000,
};

export default config;
