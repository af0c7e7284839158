/* Carries out a checked program, op by op, by raw system calls. */
#include "interpreter.h"
#include "syscall.h"

#define FUTEX_WAIT_OP 0

/* clone_args at any address. */
struct OVERLAY clone_overlay {
  struct clone_args args;
};

_Noreturn void exit_process(uint64_t status) {
  for (;;) sys_call6(NR_EXIT_GROUP, status, 0, 0, 0, 0, 0);
}

void report_failure(const struct machine *machine, int32_t pc, int32_t error, int64_t value) {
  if (machine->header->report == 0) return;
  struct record record = {RECORD_MAGIC, machine->header->id, pc, error, value};
  uint64_t fd = machine->slots[machine->header->report - 1].value;
  /* Nobody is left to tell when this fails; one write of 24 bytes into a pipe is not torn. */
  while (sys_call6(NR_WRITE, fd, (uint64_t)(uintptr_t)&record, sizeof record, 0, 0, 0) == -ERRNO_EINTR) continue;
}

/* Ends the program at the current op: false, so that callers can return it. */
static bool fail(struct machine *machine, int32_t error, int64_t value) {
  if (machine->role != ROLE_LIBRARY) {
    /* A child may share the header with its parent, whose failure fields are not the child's to write. */
    report_failure(machine, (int32_t)machine->pc, error, value);
    exit_process(255);
  }
  machine->header->fail_pc = (int32_t)machine->pc;
  machine->header->fail_errno = error;
  machine->header->fail_value = value;
  return false;
}

/* Ends the program well. */
static bool end(const struct machine *machine) {
  if (machine->role != ROLE_LIBRARY) exit_process(0);
  return false;
}

static bool go(struct machine *machine, uint32_t target) {
  machine->pc = target;
  return true;
}

/* Leaves `value` in the op's slot. */
static void put(const struct machine *machine, const struct op *op, uint64_t value) {
  if (op->dst != NO_SLOT) machine->slots[op->dst].value = value;
}

/* The value of operand `i`. */
static uint64_t operand(const struct machine *machine, const struct op *op, uint32_t i) {
  uint64_t value = op->args[i];
  if (op->kinds[i] == OPERAND_KIND_SLOT) return machine->slots[value].value;
  if (op->kinds[i] == OPERAND_KIND_DATA) return (uint64_t)(uintptr_t)(machine->data + value);
  return value;
}

/* The op's rule for `error`, or NULL. */
static const struct rule *rule_for(const struct machine *machine, const struct op *op, int64_t error) {
  const struct rule *rule = &machine->rules[op->rule];
  for (uint32_t i = 0; i < op->rules; i++, rule++) {
    if (rule->error == error) return rule;
  }
  return NULL;
}

/* Goes on after a system call: the next op, where a rule says, or failure. */
static bool settle(struct machine *machine, const struct op *op, int64_t result) {
  if (result >= 0 || result < -ERRNO_MAX) {
    if ((op->flags & OP_FLAG_EXPECT) && result != op->expect) return fail(machine, ERRNO_EIO, result);
    put(machine, op, (uint64_t)result);
    return go(machine, machine->pc + 1);
  }
  const struct rule *rule = rule_for(machine, op, -result);
  if (!rule) return fail(machine, (int32_t)-result, result);
  put(machine, op, (uint64_t)result);
  return go(machine, rule->target == NEXT_OP ? machine->pc + 1 : rule->target);
}

static bool call(struct machine *machine, const struct op *op) {
  uint64_t args[MAX_ARGS];
  for (uint32_t i = 0; i < MAX_ARGS; i++) args[i] = operand(machine, op, i);
  int64_t result;
  do {
    result = sys_call6(op->nr, args[0], args[1], args[2], args[3], args[4], args[5]);
    /* KERNEL(2.6): the fd is closed even so; a second close could hit someone else's. */
    if (result == -ERRNO_EINTR && op->nr == NR_CLOSE) result = 0;
  } while (result == -ERRNO_EINTR && !rule_for(machine, op, ERRNO_EINTR));
  return settle(machine, op, result);
}

static _Noreturn void run_child(void *argument) {
  struct machine *machine = argument;
  while (step_program(machine)) continue;
  exit_process(255);
}

/* Waits until the last child has executed another program or is gone: clone(2), CLONE_CHILD_CLEARTID. */
static void wait_for_seat(struct seat *seat) {
  int32_t tid;
  while ((tid = seat->tid) != 0) {
    sys_call6(NR_FUTEX, (uint64_t)(uintptr_t)&seat->tid, FUTEX_WAIT_OP, (uint64_t)tid, 0, 0, 0);
  }
}

static bool spawn(struct machine *machine, const struct op *op) {
  struct clone_args args = ((const struct clone_overlay *)(const void *)(machine->data + op->args[0]))->args;
  struct machine copy;
  struct machine *child = &copy;
  if (args.flags & CLONE_VM_FLAG) {
    struct seat *seat = machine->role == ROLE_LIBRARY ? child_seat() : NULL;
    if (!seat) return settle(machine, op, -ERRNO_EINVAL);
    /* SAFETY: the parent goes on at once and leaves this frame, so nothing of the child may lie in it. */
    wait_for_seat(seat);
    child = &seat->machine;
    args.flags |= CLONE_PARENT_SETTID_FLAG | CLONE_CHILD_CLEARTID_FLAG;
    args.parent_tid = args.child_tid = (uint64_t)(uintptr_t)&seat->tid;
    args.stack = (uint64_t)(uintptr_t)seat->stack;
    args.stack_size = sizeof seat->stack;
  }
  *child = *machine;
  child->pc = op->nr;
  child->role = ROLE_CHILD;
  return settle(machine, op, sys_clone3(&args, sizeof args, run_child, child));
}

static bool watch(struct machine *machine, const struct op *op) {
  /* A child shares the table of watched signals with its parent, but not the handlers. */
  bool parent = machine->role == ROLE_LIBRARY;
  int64_t result = -ERRNO_EINVAL;
  if (parent) result = watch_signals(operand(machine, op, 0), operand(machine, op, 1));
  return settle(machine, op, result);
}

static uint64_t load(const uint8_t *at, uint32_t width) {
  if (width == 1) return *at;
  if (width == 2) return ((const struct word16 *)(const void *)at)->value;
  if (width == 4) return ((const struct word32 *)(const void *)at)->value;
  return ((const struct word64 *)(const void *)at)->value;
}

static void store(uint8_t *at, uint32_t width, uint64_t value) {
  if (width == 4) ((struct word32 *)(void *)at)->value = (uint32_t)value;
  else ((struct word64 *)(void *)at)->value = value;
}

void relocate_program(const struct machine *machine) {
  for (uint32_t i = 0; i < machine->header->relocs; i++) {
    const struct reloc *reloc = &machine->relocs[i];
    store(machine->data + reloc->at, 8, (uint64_t)(uintptr_t)(machine->data + reloc->target));
  }
}

bool step_program(struct machine *machine) {
  const struct op *op = &machine->ops[machine->pc];
  uint64_t first = operand(machine, op, 0);
  bool equal = (first & op->args[1]) == (uint64_t)op->expect;
  switch ((enum op_code)op->code) {
    case OP_CODE_SYS:
      return call(machine, op);
    case OP_CODE_LOAD:
      put(machine, op, load(machine->data + first, op->nr));
      break;
    case OP_CODE_STORE:
      store(machine->data + first, op->nr, operand(machine, op, 1));
      break;
    case OP_CODE_SET:
      put(machine, op, first);
      break;
    case OP_CODE_ASSERT:
      if (!equal) return fail(machine, (int32_t)op->args[2], (int64_t)first);
      break;
    case OP_CODE_BRANCH:
      if (equal) return go(machine, op->nr);
      break;
    case OP_CODE_GOTO:
      return go(machine, op->nr);
    case OP_CODE_FAIL:
      return fail(machine, (int32_t)first, 0);
    case OP_CODE_SPAWN:
      return spawn(machine, op);
    case OP_CODE_END:
      return end(machine);
    case OP_CODE_WATCH:
      return watch(machine, op);
  }
  return go(machine, machine->pc + 1);
}
