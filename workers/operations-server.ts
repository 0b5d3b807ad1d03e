import { STATUS_CODES, type Server } from 'node:http'
import { failures } from '../domain/failure.ts'
import { securityHeaders } from '../domain/security-headers.ts'
import { createHttpServer } from '../providers/http-server.ts'
import { createOperations, type OperationsOptions } from '../providers/operations.ts'

const rawHeaders = Object.entries({ ...securityHeaders, Connection: 'close', 'Content-Length': '0' })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

/** A worker's only ear: `/healthz`, `/readyz` and `/metrics`, nothing else. Every answer bears the security headers. */
export function createOperationsServer(options: OperationsOptions): Server {
  const answer = createOperations(options)
  return createHttpServer({
    listener(request, response) {
      const refuse = (status: number) => response.writeHead(status, securityHeaders).end()
      answer(request, response).then(
        (isAnswered) => isAnswered || refuse(404),
        () => (response.headersSent ? response.destroy() : refuse(500)),
      )
    },
    refuse(socket, code) {
      const { status } = failures[code]
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${rawHeaders}\r\n`, () => socket.destroy())
    },
    onGivenUp() {},
  })
}
