import { createOneByOne } from './one-by-one.ts'

it('runs one after the other, in order, also after one that failed', async () => {
  const oneByOne = createOneByOne()
  const events: string[] = []
  const run = (name: string) =>
    oneByOne(async () => {
      events.push(`${name} begins`)
      for (let steps = 0; steps < 3; steps += 1) await Promise.resolve()
      events.push(`${name} ends`)
      if (name === 'b') throw new Error(name)
      return name
    })
  expect(await Promise.allSettled([run('a'), run('b'), run('c')])).toMatchObject([{ value: 'a' }, { reason: { message: 'b' } }, { value: 'c' }])
  expect(events).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]))
})
