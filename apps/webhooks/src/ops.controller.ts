import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { opsAnswer, type Health, type Registry } from '#observability';

/** What the operators' endpoints show; a class so that Nest can name it. */
export class OpsParts {
  readonly health: Health;
  readonly registry: Registry;

  constructor(parts: { health: Health; registry: Registry }) {
    this.health = parts.health;
    this.registry = parts.registry;
  }
}

/** `/health`, `/ready` and `/metrics` beside the notifications' address. */
@Controller()
export class OpsController {
  readonly #parts: OpsParts;

  constructor(@Inject(OpsParts) parts: OpsParts) {
    this.#parts = parts;
  }

  @Get(['health', 'ready', 'metrics'])
  async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { status, type, body } = await opsAnswer(request.url, this.#parts);
    await reply.status(status).type(type).send(body);
  }
}
