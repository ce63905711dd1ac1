// A Stryker plugin that leaves texts alone which are handed to a package's diagnostics.ts, as that file itself is: they are
// read by people, and tests state the code of a diagnostic, its names and its numbers.
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** The reason for which a mutant is ignored. */
export const TEXT = "a diagnostic's text";

const isText = ({ type }) => type === "StringLiteral" || type === "TemplateLiteral";

/** Whether a node is an argument, or a part of one, of a function that comes from diagnostics.ts. */
const isForDiagnostic = (path) =>
  path.findParent(
    ({ node, scope }) =>
      node.type === "CallExpression" &&
      node.callee.type === "Identifier" &&
      scope.getBinding(node.callee.name)?.path.parent.source?.value.endsWith("/diagnostics.js"),
  ) !== null;

const ignorer = {
  shouldIgnore: (path) => (isText(path.node) && isForDiagnostic(path) ? TEXT : undefined),
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, "diagnostic-texts", ignorer)];
