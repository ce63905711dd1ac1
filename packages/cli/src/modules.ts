/** The kit for modules of one's own; docs/modules.md builds one. */
export * from "@yolo-compile/compiler/module-kit";
