/** What a module of one's own is made of; docs/modules.md builds one. */
export * from "@yolo-compile/compiler/module-kit";
