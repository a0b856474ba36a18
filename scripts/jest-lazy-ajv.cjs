/**
 * Ajv as `@platformatic/kafka` imports it, compiling each validator at its first call. That client compiles 47 of them while it
 * is loaded, which each suite would pay for that imports `#kafka`, and uses a handful.
 */
const found = require('../node_modules/ajv/dist/2020.js');

class LazyAjv extends found.Ajv2020 {
  compile(schema, meta) {
    // Ajv's own: it compiles its meta schema while it is constructed.
    if (meta !== undefined) return super.compile(schema, meta);
    let validator;
    const lazy = (...given) => {
      validator ??= super.compile(schema);
      const valid = validator(...given);
      lazy.errors = validator.errors;
      return valid;
    };
    return lazy;
  }
}

module.exports = { ...found, Ajv2020: LazyAjv };
