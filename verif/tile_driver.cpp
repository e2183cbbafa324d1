// One compiled tile, clocked by the library of the mesh that it stands in: see tile_block.py.

#include <cstring>
#include <memory>
#include <vector>

#include "Vtop.h"
#include "Vtop___024root.h"
#include "pins.h"
#include "verilated.h"

void Vtop___024root___eval(Vtop___024root* root);

namespace {

struct Model {
    VerilatedContext context;
    std::unique_ptr<Vtop> top;
    int quiet = 0;  // clock cycles since it last carried or did anything, or an input changed
};

/// After so many quiet cycles no clock edge changes a tile: the answer to a write has passed.
constexpr int ASLEEP = 4;

/// A rising clock edge, by what Verilator has inside: eval() locks a queue of messages each time, which
/// is for models of many threads, and after the falling edge it would find that there is nothing to do.
/// Together they are a quarter of a tile's time.
void edge(Vtop& top) {
    top.clk = 1;
    Vtop___024root___eval(top.rootp);
    top.clk = 0;
    top.rootp->__Vtrigprevexpr___TOP__clk__0 = 0;
}

/// What must hold of a tile that is not clocked: if it were, everything would stay as it is.
bool still(Vtop& top) {
    const auto* bytes = reinterpret_cast<const char*>(top.rootp);
    const std::vector<char> before(bytes, bytes + sizeof(*top.rootp));
    edge(top);
    return std::memcmp(before.data(), bytes, before.size()) == 0;
}

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
/// Inputs that have not changed need not be taken in, which saves half of the work; and a tile in which
/// nothing is under way need not be clocked.
void sw_tile_clock(Model* model, bool changed) {
    Vtop& top = *model->top;
    if (changed) {
        model->quiet = 0;
        top.take = 1;
        top.eval();
        top.take = 0;
    } else if (model->quiet == ASLEEP) {
        if (CHECKED && !still(top)) model->context.gotError(true);
        return;
    }
    edge(top);
    model->quiet = top.quiet ? model->quiet + 1 : 0;
}

bool sw_tile_stopped(const Model* model) {
    return model->context.gotError() || model->context.gotFinish();
}

}  // extern "C"
