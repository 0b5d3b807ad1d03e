import { createServer, type Server } from 'node:http'
import { securityHeaders } from '../domain/security-headers.ts'
import { createOperations, type OperationsOptions } from '../providers/operations.ts'

const maxHeaderBytes = 8 * 1024
const requestWithinMs = 5_000

const rawHeaders = Object.entries({ ...securityHeaders, Connection: 'close', 'Content-Length': '0' })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

/** A worker's only ear: `/healthz`, `/readyz` and `/metrics`, nothing else. Every answer bears the security headers. */
export function createOperationsServer(options: OperationsOptions): Server {
  const answer = createOperations(options)
  const limits = {
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: requestWithinMs,
    headersTimeout: requestWithinMs,
    requireHostHeader: false,
  }
  const server = createServer(limits, (request, response) => {
    const refuse = (status: number) => response.writeHead(status, securityHeaders).end()
    answer(request, response).then(
      (isAnswered) => isAnswered || refuse(404),
      () => (response.headersSent ? response.destroy() : refuse(500)),
    )
  })
  // Node refuses what it can't parse by itself, without our headers.
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end(`HTTP/1.1 400 Bad Request\r\n${rawHeaders}\r\n`)
    else socket.destroy()
  })
  return server
}
