/*
 * SAFETY: everything that the interpreter relies on is proved here, once, before the first op runs. Counts are
 * 32 bits wide and sizes are computed in 64, so no sum or product below can overflow.
 */
#include "interpreter.h"
#include "syscall.h"

#define AT(type, field, number) _Static_assert(offsetof(struct type, field) == (number), #field)

AT(header, magic, HEADER_MAGIC);
AT(header, version, HEADER_VERSION);
AT(header, build_id, HEADER_BUILD_ID);
AT(header, length, HEADER_LENGTH);
AT(header, id, HEADER_ID);
AT(header, slots, HEADER_SLOTS);
AT(header, ops, HEADER_OPS);
AT(header, rules, HEADER_RULES);
AT(header, relocs, HEADER_RELOCS);
AT(header, data, HEADER_DATA);
AT(header, fail_pc, HEADER_FAIL_PC);
AT(header, fail_errno, HEADER_FAIL_ERRNO);
AT(header, report, HEADER_REPORT);
AT(header, fail_value, HEADER_FAIL_VALUE);
AT(op, code, OP_CODE);
AT(op, nargs, OP_NARGS);
AT(op, dst, OP_DST);
AT(op, nr, OP_NR);
AT(op, rule, OP_RULE);
AT(op, rules, OP_RULES);
AT(op, flags, OP_FLAGS);
AT(op, kinds, OP_KINDS);
AT(op, expect, OP_EXPECT);
AT(op, args, OP_ARGS);
_Static_assert(sizeof(struct header) == HEADER_SIZE && sizeof(struct op) == OP_SIZE, "size");
_Static_assert(sizeof(struct rule) == RULE_SIZE && sizeof(struct reloc) == RELOC_SIZE, "size");
_Static_assert(sizeof(struct record) == RECORD_SIZE, "size");

/* Operand kinds that an op code asks for; 'o' = any operand, 'i' = a plain number, 'd' = a place in the data. */
static const char shapes[][4] = {
    [OP_CODE_LOAD] = "i",   [OP_CODE_STORE] = "io", [OP_CODE_SET] = "o",   [OP_CODE_ASSERT] = "oii",
    [OP_CODE_BRANCH] = "oi", [OP_CODE_GOTO] = "",    [OP_CODE_FAIL] = "i", [OP_CODE_SPAWN] = "d",
    [OP_CODE_END] = "",     [OP_CODE_WATCH] = "oo",
};

enum reject open_program(struct machine *machine, uint8_t *program, uint64_t length, enum role role) {
  if (length < HEADER_SIZE) return REJECT_SHORT;
  if (length > RUNT_MAX_PROGRAM) return REJECT_LARGE;
  struct header *header = (struct header *)(void *)program;
  if (header->magic != RUNT_MAGIC) return REJECT_MAGIC;
  if (header->version != RUNT_FORMAT_VERSION) return REJECT_VERSION;
  if (header->build_id != RUNT_BUILD_ID) return REJECT_BUILD;
  if (header->length != length) return REJECT_LENGTH;
  if (header->slots > NO_SLOT) return REJECT_SLOTS;
  uint64_t ops = HEADER_SIZE + 8 * (uint64_t)header->slots;
  uint64_t rules = ops + OP_SIZE * (uint64_t)header->ops;
  uint64_t relocs = rules + RULE_SIZE * (uint64_t)header->rules;
  uint64_t data = relocs + RELOC_SIZE * (uint64_t)header->relocs;
  if (data + header->data != length) return REJECT_LAYOUT;
  if (header->report > header->slots) return REJECT_REPORT;
  machine->header = header;
  machine->slots = (struct word64 *)(void *)(program + HEADER_SIZE);
  machine->ops = (const struct op *)(void *)(program + ops);
  machine->rules = (const struct rule *)(void *)(program + rules);
  machine->relocs = (const struct reloc *)(void *)(program + relocs);
  machine->data = program + data;
  machine->pc = 0;
  machine->role = role;
  return REJECT_NONE;
}

/* True when `width` bytes at `offset` lie inside the data. */
static bool inside(const struct machine *machine, uint64_t offset, uint64_t width) {
  return width <= machine->header->data && offset <= machine->header->data - width;
}

static bool is_errno(uint64_t number) {
  return number >= 1 && number <= ERRNO_MAX;
}

static enum reject check_operand(const struct machine *machine, char shape, uint8_t kind, uint64_t value) {
  if (shape == 'i' && kind != OPERAND_KIND_IMMEDIATE) return REJECT_KIND;
  if (shape == 'd' && kind != OPERAND_KIND_DATA) return REJECT_KIND;
  switch ((enum operand_kind)kind) {
    case OPERAND_KIND_IMMEDIATE:
      return REJECT_NONE;
    case OPERAND_KIND_DATA:
      /* The end of the data is an address too: that of an empty buffer. */
      return value <= machine->header->data ? REJECT_NONE : REJECT_DATA;
    case OPERAND_KIND_SLOT:
      return value < machine->header->slots ? REJECT_NONE : REJECT_SLOT;
  }
  return REJECT_KIND;
}

/* The number of operands and the kind of each. */
static enum reject check_operands(const struct machine *machine, const struct op *op) {
  bool call = op->code == OP_CODE_SYS;
  uint32_t count = 0;
  if (call) count = op->nargs;
  else while (shapes[op->code][count]) count++;
  if (count > MAX_ARGS || op->nargs != count) return REJECT_NARGS;
  for (uint32_t i = 0; i < MAX_ARGS; i++) {
    char shape = i >= count ? 'i' : call ? 'o' : shapes[op->code][i];
    enum reject reject = check_operand(machine, shape, op->kinds[i], op->args[i]);
    if (reject) return reject;
  }
  return REJECT_NONE;
}

/* What only ops of one code need. */
static enum reject check_own(const struct machine *machine, const struct op *op) {
  switch ((enum op_code)op->code) {
    case OP_CODE_LOAD:
      if (op->nr != 1 && op->nr != 2 && op->nr != 4 && op->nr != 8) return REJECT_WIDTH;
      return inside(machine, op->args[0], op->nr) ? REJECT_NONE : REJECT_RANGE;
    case OP_CODE_STORE:
      if (op->nr != 4 && op->nr != 8) return REJECT_WIDTH;
      return inside(machine, op->args[0], op->nr) ? REJECT_NONE : REJECT_RANGE;
    case OP_CODE_ASSERT:
      return is_errno(op->args[2]) ? REJECT_NONE : REJECT_ERRNO;
    case OP_CODE_FAIL:
      return is_errno(op->args[0]) ? REJECT_NONE : REJECT_ERRNO;
    case OP_CODE_SPAWN:
      if (!inside(machine, op->args[0], sizeof(struct clone_args))) return REJECT_RANGE;
      return op->nr < machine->header->ops ? REJECT_NONE : REJECT_TARGET;
    case OP_CODE_BRANCH:
    case OP_CODE_GOTO:
      return op->nr < machine->header->ops ? REJECT_NONE : REJECT_TARGET;
    case OP_CODE_SYS:
    case OP_CODE_SET:
    case OP_CODE_END:
    case OP_CODE_WATCH:
      break;
  }
  return REJECT_NONE;
}

static enum reject check_op(const struct machine *machine, const struct op *op) {
  if (op->code < OP_CODE_SYS || op->code > OP_CODE_WATCH) return REJECT_CODE;
  if (op->code == OP_CODE_WATCH && machine->role == ROLE_INIT) return REJECT_CODE;
  if (op->flags & ~(op->code == OP_CODE_SYS ? OP_FLAG_EXPECT : 0)) return REJECT_FLAGS;
  if (op->dst != NO_SLOT && op->dst >= machine->header->slots) return REJECT_DST;
  if ((uint64_t)op->rule + op->rules > machine->header->rules) return REJECT_RULES;
  enum reject reject = check_operands(machine, op);
  return reject ? reject : check_own(machine, op);
}

enum reject check_program(const struct machine *machine) {
  const struct header *header = machine->header;
  for (uint32_t i = 0; i < header->relocs; i++) {
    const struct reloc *reloc = &machine->relocs[i];
    if (!inside(machine, reloc->at, 8) || !inside(machine, reloc->target, 0)) return REJECT_RELOC;
  }
  for (uint32_t i = 0; i < header->rules; i++) {
    const struct rule *rule = &machine->rules[i];
    if (!is_errno(rule->error)) return REJECT_ERRNO;
    if (rule->target != NEXT_OP && rule->target >= header->ops) return REJECT_TARGET;
  }
  for (uint32_t i = 0; i < header->ops; i++) {
    enum reject reject = check_op(machine, &machine->ops[i]);
    if (reject) return reject;
  }
  if (header->ops == 0) return REJECT_END;
  uint8_t last = machine->ops[header->ops - 1].code;
  return last == OP_CODE_END || last == OP_CODE_GOTO || last == OP_CODE_FAIL ? REJECT_NONE : REJECT_END;
}
