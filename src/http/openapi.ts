import { z } from 'zod';
import { errorStatus } from '../protocol/errors.ts';
import { apiBase, routes, type Route, type RouteName } from '../protocol/rest.ts';

type Json = Record<string, unknown>;

const errorSchema: Json = {
  type: 'object',
  required: ['error', 'request_id'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorStatus) },
        message: { type: 'string', description: 'For people; programs go by the code.' },
        details: {},
      },
    },
    request_id: { type: 'string', format: 'uuid' },
  },
};

/** The REST table as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0). */
export function createOpenApi(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const path = `${apiBase}${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method]: describeRoute(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Veritalk', version: apiBase.replace('/api/', ''), description: 'Times are ISO 8601 in UTC.' },
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: errorSchema },
    },
  };
}

function describeRoute(name: RouteName, route: Route): Json {
  const body = jsonSchema(route.body, 'input');
  return {
    operationId: name,
    security: route.auth === 'none' ? [] : [{ session: [] }],
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(hasFields(body) && {
      requestBody: { required: isRequired(body), content: { 'application/json': { schema: body } } },
    }),
    responses: {
      [route.status]: {
        description: 'Success',
        ...(route.status !== 204 && {
          content: { 'application/json': { schema: jsonSchema(route.response, 'output') } },
        }),
      },
      default: {
        description: 'Failure',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties, required } = jsonSchema(schema, 'input');
  const names = Array.isArray(required) ? required : [];
  return Object.entries(properties as Json).map(([name, value]) => ({
    name,
    in: place,
    required: names.includes(name),
    schema: value,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}

function hasFields({ properties }: Json): boolean {
  return typeof properties === 'object' && properties !== null && Object.keys(properties).length > 0;
}

function isRequired({ required }: Json): boolean {
  return Array.isArray(required) && required.length > 0;
}
