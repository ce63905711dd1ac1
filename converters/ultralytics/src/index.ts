export { ULTRALYTICS } from "./family.js";
