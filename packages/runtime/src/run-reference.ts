import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { shakeLastBits } from "./last-bits.js";
import { liveliest } from "./liveliness.js";
import { CPU } from "./providers.js";
import { type ModelSource, type OptimizationLevel, openSession, type Session } from "./session.js";

/** Tensors by the name of an input or output. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** What a model is run with once. */
export interface NamedInput {
  /** How reports call it: `noise (seed 1)`, `bus.jpg`. */
  readonly name: string;
  /** One for each of the model's inputs, by name. */
  readonly tensors: Tensors;
  /** Runs only as users deploy the model, with ONNX Runtime's own rewriting on. */
  readonly deployedOnly?: boolean;
}

/** An input, or several of which the one is taken that the reference answers in the liveliest way: {@link liveliest}. */
export type OfferedInput<Input extends NamedInput = NamedInput> =
  | Input
  | { readonly oneOf: readonly [Input, ...Input[]] };

/** An input and what a model has to answer. */
export interface ExpectedCase<Input extends NamedInput = NamedInput> {
  readonly input: Input;
  readonly outputs: Tensors;
  /** What the reference answers with other last bits in the input, or in itself. Runs when called. @throws runtime/… */
  readonly shaken?: () => Promise<readonly Tensors[]>;
}

/** A model that is right by definition, and what it is run on. */
export interface ReferenceRequest<Input extends NamedInput = NamedInput> {
  readonly model: ModelSource;
  /** How messages call it; left out, its path. */
  readonly name?: string;
  /** Made to fit the model. */
  readonly inputs: (session: Session) => readonly OfferedInput<Input>[];
  /** What its outputs hold, where that is known. */
  readonly layouts?: readonly OutputLayout[];
  /** The same model with other last bits in its constants, where it can be written so; made when it is asked how far it moves. */
  readonly shakenModel?: () => ModelSource;
}

/** The file as it is written. */
export const REFERENCE_LEVEL: OptimizationLevel = "disabled";

/** Seeds of the last bits. Two, since one alone finds an element that hardly moves now and then. */
const SHAKES = [1, 2] as const;

/** What a model answers on the CPU with ONNX Runtime's own rewriting off. @throws runtime/… */
export async function runReference<Input extends NamedInput>(
  request: ReferenceRequest<Input>,
): Promise<ExpectedCase<Input>[]> {
  return withReference(request, async (session) => {
    const cases: ExpectedCase<Input>[] = [];
    for (const choice of request.inputs(session)) {
      const inputs = "oneOf" in choice ? choice.oneOf : [choice];
      const answered: ExpectedCase<Input>[] = [];
      for (const input of inputs) answered.push({ input, outputs: await session.run(input.tensors) });
      const taken = liveliest(answered, request.layouts);
      cases.push({ ...taken, shaken: onlyOnce(() => runShaken(request, taken.input)) });
    }
    return cases;
  });
}

async function runShaken<Input extends NamedInput>(
  request: ReferenceRequest<Input>,
  { tensors }: Input,
): Promise<readonly Tensors[]> {
  const answers = await withReference(request, async (session) => {
    const found: Tensors[] = [];
    for (const seed of SHAKES) found.push(await session.run(shakeLastBits(tensors, seed)));
    return found;
  });
  if (!request.shakenModel) return answers;
  const other = { ...request, model: request.shakenModel() };
  return [...answers, await withReference(other, (session) => session.run(tensors))];
}

async function withReference<Input extends NamedInput, Result>(
  { model, name }: ReferenceRequest<Input>,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  return useOnce(
    await openSession(model, { provider: CPU, level: REFERENCE_LEVEL, ...(name !== undefined && { name }) }),
    use,
  );
}

/** Releases the session afterwards. */
export async function useOnce<Opened extends Session, Result>(
  session: Opened,
  use: (session: Opened) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

function onlyOnce<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => (made ??= make());
}
