import type { WorkflowBundle } from '@temporalio/worker'
import { recordedHistories, replay } from '../test/kit/histories.ts'
import { quietTemporal } from '../test/kit/temporal.ts'
import { dataKeys } from '../test/kit/wrap-up-world.ts'
import { bundleWorkflows } from '../workers/conversation-worker.ts'

let workflowBundle: WorkflowBundle

beforeAll(async () => {
  workflowBundle = await bundleWorkflows(quietTemporal())
})

describe('recorded histories', () => {
  it('are there for each kind of run', () => {
    expect(recordedHistories().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['missing-recording', 'normal', 'outage-of-an-hour', 'sweep']),
    )
  })

  it.each(recordedHistories())("replay under today's code: $name", async (recorded) => {
    await expect(replay(workflowBundle, dataKeys, recorded)).resolves.toBeUndefined()
  })

  it('do not replay under code that decides otherwise', async () => {
    const recorded = recordedHistories().find(({ name }) => name === 'normal')!
    const code = (workflowBundle as { code: string }).code
    const changed = code
      .replace('await markWrappedUp(ref)', 'await markRecordingMissing(ref)')
      .replace('yield markWrappedUp(ref)', 'yield markRecordingMissing(ref)')
    expect(changed).not.toBe(code)
    await expect(replay({ ...workflowBundle, code: changed }, dataKeys, recorded)).rejects.toMatchObject({
      name: 'DeterminismViolationError',
    })
  })
})

describe("the workflows' bundle", () => {
  it('holds the workflows, and of the house only domain values', () => {
    const { code } = workflowBundle as { code: string }
    const modules = [...code.matchAll(/^\/\*\*\*\/ "\.\/([^"]+)":?/gm)].map(([, path]) => path!)
    const own = modules.filter((path) => !path.startsWith('node_modules/'))
    const packages = new Set(
      modules.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean),
    )

    expect(own).toEqual(
      expect.arrayContaining(['workflows/wrap-up-conversation.ts', 'workflows/sweep-due-wrap-ups.ts']),
    )
    expect(own.filter((path) => !/^(workflows|domain|workers\/failure-converter\.ts)/.test(path))).toEqual([])
    expect(
      [...packages].filter((name) => /zod|mikro|openai|twilio|resend|luxon|libphonenumber|^pg$/.test(name!)),
    ).toEqual([])
  })
})
