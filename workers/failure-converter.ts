import { DefaultFailureConverter } from '@temporalio/common'

/** Loaded by path, by the worker and the workflows' bundle: messages and stacks of failures go through the codec too. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true })
