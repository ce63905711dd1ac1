/** Row-major elements as lists in lists, one level an axis; a scalar is its element. */
export function nested<T>(elements: readonly T[], shape: readonly number[]): Nested<T> {
  const [size, ...inner] = shape;
  if (size === undefined) return elements[0]!; // a scalar has one element
  const step = inner.reduce((count, length) => count * length, 1);
  return Array.from({ length: size }, (_, index) => nested(elements.slice(index * step, (index + 1) * step), inner));
}

/** An element, or a list of such at any depth. */
export type Nested<T> = T | readonly Nested<T>[];
