type Answers = Record<string, (about: unknown) => unknown>

/** A child's end of `ask` (child.ts). The child ends with its parent, however that ended. */
export function answerQuestions(answers: Answers): void {
  process.on('message', async ({ id, question, about }: { id: number; question: string; about: unknown }) => {
    const answer = Object.hasOwn(answers, question) ? answers[question] : undefined
    if (answer) process.send!({ id, answer: await answer(about) })
  })
  process.once('disconnect', () => process.exit())
}
