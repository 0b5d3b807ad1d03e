/** A way to come by the Temporal CLI's program: puts `temporal` into `directory`, which is empty, or throws and says why not. */
export type TemporalSource = (options: {
  directory: string
  /** Where logs go. */
  home: string
  say: (line: string) => void
  environment: NodeJS.ProcessEnv
}) => Promise<void>
