import { Migration } from '@mikro-orm/migrations'

/** What the relay writes its lines by: see `writeAll` in db/transcripts.ts. */
export class Journal extends Migration {
  override readonly name = '2026-11-24-journal'

  override up(): void {
    this.addSql('alter table message add column written_at timestamptz(3) not null default now()')
    // Runs as the caller, so that the policies hold. Of the SQLSTATEs, `others` leaves out the cancelled statement: that
    // ends the whole call. No lock is worth a long wait, since every other account's lines wait along; as many as a call
    // may hold (maxBatchesPerWrite in relay/line-writer.ts) must end within databaseBounds.statementMs.
    this.addSql(`
      create procedure write_lines(batches json, inout answer json)
      language plpgsql as $$
      declare
        batch json;
        codes text[] := '{}';
      begin
        foreach batch in array array(select json_array_elements(batches)) loop
          begin
            perform set_config('app.account_id', batch ->> 'accountId', true), set_config('lock_timeout', '20ms', true),
              set_config('synchronous_commit', 'off', true);
            insert into message (
              account_id, conversation_id, key, seq, at, role, text, event, is_interrupted, first_token_ms, passages,
              written_at)
            select (batch ->> 'accountId')::uuid, "conversationId", key, seq, to_timestamp("atMs" / 1000), role, text,
              event, "isInterrupted", "firstTokenMs", passages,
              coalesce(to_timestamp("writtenAtMs" / 1000), clock_timestamp())
            from json_to_recordset(batch -> 'lines') as line (
              "conversationId" uuid, key text, seq int, "atMs" float8, role text, text text, event text,
              "isInterrupted" boolean, "firstTokenMs" int, passages jsonb,
              "writtenAtMs" float8)
            -- Two that take rows in another order could lock each other out.
            order by "conversationId", key
            on conflict (account_id, conversation_id, key) do update set
              seq = excluded.seq, at = excluded.at, role = excluded.role, text = excluded.text, event = excluded.event,
              is_interrupted = excluded.is_interrupted, first_token_ms = excluded.first_token_ms,
              passages = excluded.passages, written_at = excluded.written_at
            -- A server that was frozen may carry out what was given up and has been sent again, corrected, since then.
            where excluded.written_at >= message.written_at;
            codes := array_append(codes, null);
          exception when others then
            codes := array_append(codes, sqlstate);
          end;
          commit;
        end loop;
        -- The call ends with a commit of its own, which waits for the disk, and whoever else must have it, once for all.
        perform pg_logical_emit_message(true, 'write_lines', '');
        answer := array_to_json(codes);
      end $$`)
  }
}
