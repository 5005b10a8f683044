/** What is loaded when somebody asks for it first, with what they give. A failed attempt is forgotten. @internal */
export function lazily<A extends unknown[], T>(begin: (...given: A) => Promise<T>): (...given: A) => Promise<T> {
  let loading: Promise<T> | undefined;
  return (...given) =>
    (loading ??= begin(...given).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}
