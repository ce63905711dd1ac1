export { TIMM } from "./modules.js";
