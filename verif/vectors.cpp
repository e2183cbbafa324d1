// Runs one Verilated module over rows of input words, one row a clock cycle, and writes rows of output
// words. Which port lies where in a row is generated: see glue.h.

#include <cstdint>

#include "Vtop.h"
#include "glue.h"  // IN_WORDS, OUT_WORDS, load_inputs(), store_outputs(), clock_cycle()
#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

namespace {

struct Unit {
    VerilatedContext context;
    Vtop top{&context};

    Unit() {
        // A failed assertion or $stop is reported by run(); it must not end the process.
        context.fatalOnError(false);
        // Matters only where the build left undriven values random; with a seed it repeats.
        context.randSeed(1);
        context.randReset(2);
    }
    ~Unit() { top.final(); }

    bool stopped() const { return context.gotError() || context.gotFinish(); }
};

}  // namespace

extern "C" {

Unit* sw_unit_new() { return new Unit; }

void sw_unit_delete(Unit* unit) { delete unit; }

/// Runs `rows` cycles and returns how many were completed: fewer where the design stopped itself.
uint64_t sw_unit_run(Unit* unit, uint64_t rows, const uint32_t* inputs, uint32_t* outputs) {
    Verilated::threadContextp(&unit->context);
    unit->context.gotError(false);
    unit->context.gotFinish(false);
    Vtop& top = unit->top;
    for (uint64_t row = 0; row < rows; ++row) {
        load_inputs(top, inputs + row * IN_WORDS);
        top.eval();
        store_outputs(top, outputs + row * OUT_WORDS);
        clock_cycle(top);
        if (VL_UNLIKELY(unit->stopped())) return row;
    }
    return rows;
}

#if VM_COVERAGE
void sw_unit_coverage(Unit* unit, const char* path) { unit->context.coveragep()->write(path); }
#endif

}  // extern "C"
