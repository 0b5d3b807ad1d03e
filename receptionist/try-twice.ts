import { callBounds } from '../domain/call-bounds.ts'
import type { TurnPorts } from './turn-port.ts'

/** Runs an effect of the channel, bounded in time, and once more if it failed. True when it succeeded; never throws. */
export async function tryTwice(run: () => Promise<void>, ports: Pick<TurnPorts, 'after'>, onRetry: () => void = () => {}): Promise<boolean> {
  if (await isDone(run, ports)) return true
  onRetry()
  return isDone(run, ports)
}

function isDone(run: () => Promise<void>, { after }: Pick<TurnPorts, 'after'>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = after(callBounds.stalledAfterMs, () => resolve(false))
    const finish = (isSuccess: boolean) => {
      cancel()
      resolve(isSuccess)
    }
    const attempt = async () => run()
    attempt().then(
      () => finish(true),
      () => finish(false),
    )
  })
}
