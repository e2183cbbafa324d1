// Drives the top module `mesh` in whole ticks: loads its configuration, feeds packets to its edges,
// starts ticks, and notes what its trace ports, edges and counters show.
//
// The mesh sits in a harness that registers its inputs. So a clock cycle begins with rise(), which brings
// the inputs that were set before into force; after it the outputs of that cycle may be read, and its
// end is the next rise(). Sizes and pins are generated from the architecture: see glue.h.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "Vtop.h"
#include "glue.h"
#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace {

/// One call's work. Python writes it field by field, so every field has eight bytes.
struct Request {
    int64_t first_tick;              // the number of the first tick to start
    int64_t ticks;                   // how many to start
    int64_t cycle_limit;             // for one tick
    int64_t packets;                 // rows of the next three, ascending in tick
    const int64_t* packet_tick;      // first_tick - 1: before the first start
    const int64_t* packet_port;      // which edge port it enters by
    const uint64_t* packet_payload;  //
    uint8_t* spikes;                 // (ticks, CORES, NEURONS), zeros at first; or null
    int32_t* potentials;             // of the same shape, or null
    int32_t* last;                   // (CORES, NEURONS): as they were retired last
    const int32_t* column;           // (CORES, NEURONS): which of `watched` it is, or -1; or null
    int64_t columns;                 // how many are watched
    int32_t* watched;                // (ticks, columns)
    int64_t* fired;                  // (ticks): how many neurons fired
    uint64_t* busy_cycles;           // (ticks): from the start until no core runs
    uint64_t* cycles;                // (ticks): until nothing is under way either
    uint16_t* late;                  // (ticks, CORES): counter at the end of the tick
    uint16_t* off_mesh;              // (ticks, OFF_MESH_PORTS): likewise
};

/// Why a run was broken off; Python has the sentence for each kind.
struct Fault {
    enum Kind : int64_t { NONE, TIMEOUT, RETIRED_WRONG, RETIRED_FEW, CHANGED, STOPPED };
    int64_t kind = NONE;
    int64_t tick = 0;
    int64_t where = 0;   // core or port
    int64_t got = 0;     // neuron, or: 1 busy, 2 not quiescent, 4 never busy
    int64_t wanted = 0;  // neuron, or packets that wait to enter
};

struct Output {
    int64_t tick;
    int64_t port;
    uint64_t payload;
};

/// A coin for idle cycles and back-pressure: with seed 0 it always shows true.
class Coin {
   public:
    explicit Coin(uint32_t seed) : state_(seed) {}
    bool toss() {
        if (state_ == 0) return true;
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_ >> 31;
    }

   private:
    uint32_t state_;
};

class Chip {
   public:
    Chip(uint32_t idle_seed, uint32_t stall_seed, const TileLibrary* library)
        : idle_(idle_seed), stall_(stall_seed), queues_(IN_PORTS), heads_(IN_PORTS),
          held_(OUT_PORTS), held_payload_(OUT_PORTS), next_neuron_(CORES, NEURONS) {
        // A failed assertion or $stop becomes a fault; it must not end the process.
        context_.fatalOnError(false);
        context_.threads(1);
        // Matters only where the build left undriven values random; with a seed it repeats.
        context_.randSeed(1);
        context_.randReset(2);
#if VM_TRACE
        context_.traceEverOn(true);
#endif
        enter();
        top_ = std::make_unique<Vtop>(&context_);
        (void)library;
#if TILED
        tiles_ = std::make_unique<Tiles>(library, *top_);
        tiles_->show();
        top_->eval();
        bind(*top_, *tiles_, pins_);
#else
        bind(*top_, pins_);
#endif
    }
    ~Chip() {
        enter();
        end_trace();
        top_->final();
        top_.reset();
    }
    Chip(const Chip&) = delete;
    Chip& operator=(const Chip&) = delete;

    void reset(int64_t cycles) {
        enter();
        context_.gotError(false);
        context_.gotFinish(false);
        release_inputs();
        top_->rst = 1;
        for (int64_t i = 0; i < cycles; ++i) rise();
        top_->rst = 0;
        rise();
        held_.assign(OUT_PORTS, false);
        next_neuron_.assign(CORES, NEURONS);
    }

    void configure(uint64_t rows, const uint32_t* words) {
        enter();
        release_inputs();
#if TILED
        // What was set before, the end of the reset for instance, must have reached the tiles.
        rise();
#endif
        const std::vector<uint8_t> direct = written_directly(rows, words);
        for (uint64_t row = 0; row < rows; ++row) {
            const uint32_t* write = words + row * CONFIG_WORDS;
#if TILED
            if (direct[row]) {
                tiles_->configure(write[CONFIG_CORE], write);
                continue;
            }
#endif
            *pins_.config_enable = 1;
            load_config(*top_, write);
            rise();
            if (row + 1 < rows && direct[row + 1]) end_write();
        }
        end_write();
    }

    Fault run(const Request& request) {
        enter();
        outputs_.clear();
        fired_.clear();
        next_packet_ = 0;
        try {
            const int64_t before = request.first_tick - 1;
            if (request.packets > 0 && request.packet_tick[0] == before) {
                play(request, before, false, 0);
            }
            for (int64_t row = 0; row < request.ticks; ++row) {
                play(request, request.first_tick + row, true, row);
                store_counters(request, row);
            }
        } catch (const Fault& fault) {
            end_trace();
            return fault;
        }
        return Fault{};
    }

    /// The same ticks, with nothing noted: what a loop around the model costs. Returns the cycles.
    uint64_t run_bare(const Request& request) {
        enter();
        next_packet_ = 0;
        for (auto* ready : pins_.out_ready) *ready = 1;
        uint64_t cycles = 0;
        for (int64_t row = 0; row < request.ticks; ++row) {
            int64_t waiting = queue_packets(request, request.first_tick + row);
            top_->slot = static_cast<uint64_t>(request.first_tick + row) % SLOTS;
            bool was_busy = false;
            for (int64_t cycle = 0; cycle < request.cycle_limit; ++cycle) {
                top_->start = cycle == 0;
                const bool offered = waiting > 0;
                if (offered && cycle > 0) offer_packets();
                rise();
                if (offered) waiting -= take_inputs();
                was_busy |= top_->busy;
                ++cycles;
                if (was_busy && !top_->busy && top_->quiescent && !offered) break;
            }
        }
        return cycles;
    }

    void set_trace(const char* path, int64_t first, int64_t last) {
        end_trace();
        trace_path_ = path;
        trace_first_ = first;
        trace_last_ = last;
    }

    const std::vector<Output>& outputs() const { return outputs_; }
    const std::vector<uint32_t>& fired() const { return fired_; }
    const Pins& pins() const { return pins_; }
#if VM_COVERAGE
    void write_coverage(const char* path) { context_.coveragep()->write(path); }
#endif

   private:
    void enter() {
        Verilated::threadContextp(&context_);
    }

    // Configuration --------------------------------------------------------------------------

    /// Which writes go to the tile's own port. Over the mesh's port each takes a cycle of all tiles;
    /// the last one of each core goes that way, so that every core's address is used.
    static std::vector<uint8_t> written_directly(uint64_t rows, const uint32_t* words) {
        std::vector<uint8_t> direct(rows, 0);
#if TILED
        std::vector<uint8_t> seen(CORES, 0);
        for (uint64_t row = rows; row-- > 0;) {
            const uint32_t core = words[row * CONFIG_WORDS + CONFIG_CORE];
            direct[row] = seen[core];
            seen[core] = 1;
        }
#else
        (void)words;
#endif
        return direct;
    }

    void end_write() {
        *pins_.config_enable = 0;
        rise();
    }

    // Clock ----------------------------------------------------------------------------------

    void rise() {
#if TILED
        tiles_->clock();
#endif
        top_->clk = 1;
        top_->eval();
        dump(0);
#if TILED
        // Only now: registers of the mesh take what the tiles showed before the edge.
        tiles_->show();
#endif
        top_->clk = 0;
        top_->eval();
        dump(PERIOD / 2);
        time_ += PERIOD;
    }

    void release_inputs() {
        top_->start = 0;
        for (auto* valid : pins_.in_valid) *valid = 0;
        for (auto* ready : pins_.out_ready) *ready = 0;
    }

    // One tick -------------------------------------------------------------------------------

    /// Starts a tick and plays it to its end; without `start` only feeds the packets of one that
    /// has ended, and waits until they have arrived.
    void play(const Request& request, int64_t tick, bool start, int64_t row) {
        begin_trace(tick);
        int64_t waiting = queue_packets(request, tick);
        if (start) {
            top_->slot = static_cast<uint64_t>(tick) % SLOTS;
            next_neuron_.assign(CORES, 0);
        }
        bool was_busy = !start;
        bool running = start;
        for (int64_t cycle = 0;; ++cycle) {
            top_->start = start && cycle == 0;
            // A packet of this tick must not overtake its start.
            const bool offered = waiting > 0;
            if (!start || cycle > 0) offer_packets();
            for (auto* ready : pins_.out_ready) *ready = stall_.toss();
            rise();
            watch_traces(request, tick, row);
            take_outputs(tick);
            waiting -= take_inputs();
            const bool busy = top_->busy;
            const bool quiescent = top_->quiescent;
            if (stopped()) throw Fault{Fault::STOPPED, tick};
            was_busy |= busy;
            if (running && was_busy && !busy) {
                request.busy_cycles[row] = cycle;
                running = false;
            }
            // `quiescent` knows of a packet from the cycle after it was accepted.
            if (was_busy && !busy && quiescent && !offered) {
                if (start) request.cycles[row] = cycle;
                break;
            }
            if (cycle >= request.cycle_limit) {
                const int64_t state = busy | (!quiescent) << 1 | (!was_busy) << 2;
                throw Fault{Fault::TIMEOUT, tick, 0, state, waiting};
            }
        }
        for (int64_t core = 0; start && core < CORES; ++core) {
            if (next_neuron_[core] != NEURONS) {
                throw Fault{Fault::RETIRED_FEW, tick, core, next_neuron_[core], NEURONS};
            }
        }
        if (start) {
            std::sort(fired_.end() - request.fired[row], fired_.end());
        }
#if TILED
        if (tiles_->stopped()) throw Fault{Fault::STOPPED, tick};
#endif
        if (tick == trace_last_) end_trace();
    }

    bool stopped() const { return context_.gotError() || context_.gotFinish(); }

    void store_counters(const Request& request, int64_t row) const {
        for (int64_t core = 0; core < CORES; ++core) {
            request.late[row * CORES + core] = *pins_.late[core];
        }
        for (int64_t port = 0; port < OFF_MESH_PORTS; ++port) {
            request.off_mesh[row * OFF_MESH_PORTS + port] = *pins_.off_mesh[port];
        }
    }

    // Packets into the mesh ------------------------------------------------------------------

    int64_t queue_packets(const Request& request, int64_t tick) {
        for (auto& queue : queues_) queue.clear();
        heads_.assign(IN_PORTS, 0);
        const int64_t first = next_packet_;
        while (next_packet_ < request.packets && request.packet_tick[next_packet_] == tick) {
            queues_[request.packet_port[next_packet_]].push_back(
                request.packet_payload[next_packet_]);
            ++next_packet_;
        }
        return next_packet_ - first;
    }

    /// Once offered, a packet stays offered until it is taken.
    void offer_packets() {
        for (int64_t port = 0; port < IN_PORTS; ++port) {
            if (*pins_.in_valid[port] || heads_[port] == queues_[port].size()) continue;
            if (idle_.toss()) {
                *pins_.in_valid[port] = 1;
                *pins_.in_payload[port] = queues_[port][heads_[port]];
            }
        }
    }

    /// Withdraws the packets that the end of this cycle takes in, and returns their number.
    int64_t take_inputs() {
        int64_t taken = 0;
        for (int64_t port = 0; port < IN_PORTS; ++port) {
            if (!*pins_.in_valid[port] || !*pins_.in_ready[port]) continue;
            *pins_.in_valid[port] = 0;
            ++heads_[port];
            ++taken;
        }
        return taken;
    }

    // What the mesh shows --------------------------------------------------------------------

    /// Each core must retire its neurons in ascending order, each once a tick.
    void watch_traces(const Request& request, int64_t tick, int64_t row) {
#if TILED
        for (const int64_t core : tiles_->retiring()) {
#else
        for (int64_t core = 0; core < CORES; ++core) {
            if (!*pins_.trace_valid[core]) continue;
#endif
            const int64_t neuron = *pins_.trace_neuron[core];
            if (neuron != next_neuron_[core] || neuron >= NEURONS) {
                throw Fault{Fault::RETIRED_WRONG, tick, core, neuron, next_neuron_[core]};
            }
            ++next_neuron_[core];
            constexpr int UNUSED = 32 - POTENTIAL_BITS;
            const uint32_t bits = static_cast<uint32_t>(*pins_.trace_potential[core]);
            note(request, row, core * NEURONS + neuron, *pins_.trace_spike[core],
                 static_cast<int32_t>(bits << UNUSED) >> UNUSED);
        }
    }

    void note(const Request& request, int64_t row, int64_t index, bool spike, int32_t potential) {
        const int64_t place = row * CORES * NEURONS + index;
        request.last[index] = potential;
        if (request.spikes) request.spikes[place] = spike;
        if (request.potentials) request.potentials[place] = potential;
        if (request.column && request.column[index] >= 0) {
            request.watched[row * request.columns + request.column[index]] = potential;
        }
        if (spike) {
            fired_.push_back(static_cast<uint32_t>(index));
            ++request.fired[row];
        }
    }

    /// A packet that is offered must stay as it is until it is taken.
    void take_outputs(int64_t tick) {
        for (int64_t port = 0; port < OUT_PORTS; ++port) {
            const bool valid = *pins_.out_valid[port];
            const uint64_t payload = *pins_.out_payload[port];
            if (held_[port] && (!valid || payload != held_payload_[port])) {
                throw Fault{Fault::CHANGED, tick, port};
            }
            const bool ready = *pins_.out_ready[port];
            if (valid && ready) outputs_.push_back({tick, port, payload});
            held_[port] = valid && !ready;
            held_payload_[port] = payload;
        }
    }

    // Waves ----------------------------------------------------------------------------------

#if VM_TRACE
    void begin_trace(int64_t tick) {
        if (trace_path_.empty() || trace_ || tick < trace_first_ || tick > trace_last_) return;
        trace_ = std::make_unique<VerilatedFstC>();
        top_->trace(trace_.get(), 99);
        trace_->open(trace_path_.c_str());
    }
    void end_trace() {
        if (trace_) trace_->close();
        trace_.reset();
    }
    void dump(uint64_t offset) {
        if (trace_) trace_->dump(time_ + offset);
    }
    std::unique_ptr<VerilatedFstC> trace_;
#else
    void begin_trace(int64_t) {}
    void end_trace() {}
    void dump(uint64_t) {}
#endif

    static constexpr uint64_t PERIOD = 10000;  // in the build's precision: 10 ns

    VerilatedContext context_;
    std::unique_ptr<Vtop> top_;
#if TILED
    std::unique_ptr<Tiles> tiles_;
#endif
    Pins pins_;
    uint64_t time_ = 0;
    Coin idle_;
    Coin stall_;
    std::vector<std::vector<uint64_t>> queues_;  // payloads that enter this tick, by port
    std::vector<size_t> heads_;                  // the first of them that has not entered
    int64_t next_packet_ = 0;
    std::vector<Output> outputs_;
    std::vector<uint32_t> fired_;  // core * NEURONS + neuron, ascending in each tick
    std::vector<uint8_t> held_;  // by port: an output packet was offered and not taken
    std::vector<uint64_t> held_payload_;
    std::vector<int64_t> next_neuron_;  // NEURONS: the core is through
    std::string trace_path_;
    int64_t trace_first_ = 0;
    int64_t trace_last_ = -2;
};

}  // namespace

extern "C" {

/// `library` is read only where the tiles are a library of their own.
Chip* sw_chip_new(uint32_t idle_seed, uint32_t stall_seed, const TileLibrary* library) {
    return new Chip(idle_seed, stall_seed, library);
}

void sw_chip_delete(Chip* chip) { delete chip; }

void sw_chip_reset(Chip* chip, int64_t cycles) { chip->reset(cycles); }

void sw_chip_configure(Chip* chip, uint64_t rows, const uint32_t* words) {
    chip->configure(rows, words);
}

void sw_chip_run(Chip* chip, const Request* request, Fault* fault) { *fault = chip->run(*request); }

uint64_t sw_chip_run_bare(Chip* chip, const Request* request) { return chip->run_bare(*request); }

/// How many packets left in the last run; they are copied where `rows` is not null.
uint64_t sw_chip_outputs(const Chip* chip, Output* rows) {
    const auto& outputs = chip->outputs();
    if (rows) std::copy(outputs.begin(), outputs.end(), rows);
    return outputs.size();
}

/// Likewise how many spikes there were.
uint64_t sw_chip_fired(const Chip* chip, uint32_t* rows) {
    const auto& fired = chip->fired();
    if (rows) std::copy(fired.begin(), fired.end(), rows);
    return fired.size();
}

/// Writes the counters of starts while running, and of refused configuration writes: CORES each.
void sw_chip_errors(const Chip* chip, uint16_t* overrun, uint16_t* refused) {
    for (int64_t core = 0; core < CORES; ++core) {
        overrun[core] = *chip->pins().overrun[core];
        refused[core] = *chip->pins().refused[core];
    }
}

void sw_chip_trace(Chip* chip, const char* path, int64_t first, int64_t last) {
    chip->set_trace(path, first, last);
}

#if VM_COVERAGE
void sw_chip_coverage(Chip* chip, const char* path) { chip->write_coverage(path); }
#endif

}  // extern "C"
