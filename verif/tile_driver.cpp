// One compiled tile, clocked by the library of the mesh that it stands in: see tile_block.py.

#include <memory>

#include "Vtop.h"
#include "pins.h"
#include "verilated.h"

namespace {

struct Model {
    VerilatedContext context;
    std::unique_ptr<Vtop> top;
};

}  // namespace

extern "C" {

Model* sw_tile_new() {
    auto* model = new Model;
    // Otherwise each of a thousand tiles has a thread that waits for work.
    model->context.threads(1);
    model->context.fatalOnError(false);
    model->context.randSeed(1);
    model->context.randReset(2);
    model->top = std::make_unique<Vtop>(&model->context);
    model->top->eval();
    return model;
}

void sw_tile_delete(Model* model) {
    model->top->final();
    delete model;
}

void sw_tile_pins(Model* model, void** pins) { list_pins(*model->top, pins); }

/// A clock cycle: the inputs are as they were before the edge, the outputs as they are after it.
/// Inputs that have not changed need not be taken in, which saves half of the work.
void sw_tile_clock(Model* model, bool changed) {
    Vtop& top = *model->top;
    if (changed) {
        top.take = 1;
        top.eval();
        top.take = 0;
    }
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
}

bool sw_tile_stopped(const Model* model) {
    return model->context.gotError() || model->context.gotFinish();
}

}  // extern "C"
