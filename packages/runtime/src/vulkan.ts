import { existsSync, readdirSync } from "node:fs";
import { basename, delimiter, join } from "node:path";

/**
 * The folders that Vulkan's loader searches besides the variables: github.com/KhronosGroup/Vulkan-Loader
 * docs/LoaderDriverInterface.md
 */
const FOLDERS = ["/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/usr/share/vulkan/icd.d"];

/** Mesa's lavapipe and Google's SwiftShader compute on the processor. */
const SOFTWARE = /swiftshader|lvp|lavapipe|llvmpipe/i;

/** The Vulkan drivers of this machine, if all of them are known to compute on the processor. */
export function softwareVulkan(environment: NodeJS.ProcessEnv): readonly string[] | undefined {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = environment;
  const drivers = (VK_DRIVER_FILES || VK_ICD_FILENAMES)?.split(delimiter).filter(Boolean) ?? installed();
  return drivers.length > 0 && drivers.every((driver) => SOFTWARE.test(basename(driver))) ? drivers : undefined;
}

const installed = (): string[] =>
  FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).map((file) => join(folder, file)),
  );
