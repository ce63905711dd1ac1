import type { Tensor } from "@yolo-compile/core";
import { shakeLastBits } from "./last-bits.js";
import { CPU } from "./providers.js";
import { type ModelSource, type OptimizationLevel, openSession, type Session } from "./session.js";

/** Tensors by the name of an input or output. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** The inputs of one run. */
export interface NamedInput {
  /** The name in reports: `noise (seed 1)`, `bus.jpg`. */
  readonly name: string;
  /** One for each of the model's inputs, by name. */
  readonly tensors: Tensors;
  /** Runs only as users deploy the model, with ONNX Runtime's own rewriting on. */
  readonly deployedOnly?: boolean;
}

/** An input, and the outputs that a model has to give. */
export interface ExpectedCase<Input extends NamedInput = NamedInput> {
  readonly input: Input;
  readonly outputs: Tensors;
  /**
   * The reference's outputs with other last bits. Runs it when first called.
   * @throws runtime/…
   */
  readonly shaken?: () => Promise<ShakenOutputs>;
}

/** A model's outputs with other last bits. */
export interface ShakenOutputs {
  /** In the input, by each of the seeds. */
  readonly byInput: readonly Tensors[];
  /** In its constants; left out where these are not known. */
  readonly byConstants?: Tensors;
}

/** A model that is right by definition, and its inputs. */
export interface ReferenceRequest<Input extends NamedInput = NamedInput> {
  readonly model: ModelSource;
  /** The name in messages; left out, its path. */
  readonly name?: string;
  /** Makes inputs that fit the model. */
  readonly inputs: (session: Session) => readonly Input[];
  /** Makes the same model with other last bits in its constants; called when `shaken` is. */
  readonly shakenModel?: () => ModelSource;
}

/** The level at which the file runs as it is written. */
export const REFERENCE_LEVEL: OptimizationLevel = "disabled";

/** Seeds for other last bits. Two, since with a single one an element may happen to move hardly at all. */
const SHAKES = [1, 2] as const;

/** A model's outputs on the CPU with ONNX Runtime's own rewriting off. @throws runtime/… */
export async function runReference<Input extends NamedInput>(
  request: ReferenceRequest<Input>,
): Promise<ExpectedCase<Input>[]> {
  return withReference(request, async (session) => {
    const cases: ExpectedCase<Input>[] = [];
    for (const input of request.inputs(session))
      cases.push({
        input,
        outputs: await session.run(input.tensors),
        shaken: onlyOnce(() => runShaken(request, input)),
      });
    return cases;
  });
}

async function runShaken<Input extends NamedInput>(
  request: ReferenceRequest<Input>,
  { tensors }: Input,
): Promise<ShakenOutputs> {
  const byInput = await withReference(request, async (session) => {
    const found: Tensors[] = [];
    for (const seed of SHAKES) found.push(await session.run(shakeLastBits(tensors, seed)));
    return found;
  });
  if (!request.shakenModel) return { byInput };
  const other = { ...request, model: request.shakenModel() };
  return { byInput, byConstants: await withReference(other, (session) => session.run(tensors)) };
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

/** Uses a session and releases it. */
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
