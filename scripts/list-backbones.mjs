// Prints the names of timm's backbones that a yaml may name, one a line, for scripts/make_timm_goldens.py.
import { TIMM } from "../converters/timm/dist/index.js";

console.log([...TIMM.modules.keys()].join("\n"));
