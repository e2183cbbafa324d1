// The tiles of a mesh where they are a library of their own: see tile_block.py. Included by the driver
// after glue.h, which has the pins of a tile; without TILED there is nothing here.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

/// Functions of the tile's library; Python fills it in.
struct TileLibrary {
    void* (*make)();
    void (*drop)(void*);
    void (*pins)(void*, void**);
    void (*clock)(void*, bool);
    bool (*stopped)(const void*);
};

#if TILED

/// One tile, and where its inputs come from: another tile's pins, or the mesh's.
struct Tile {
    void* model;
    TilePins pins;
    void* inputs[INPUTS];
    const void* sources[INPUTS];
    bool touched = true;  // inputs were set without the mesh
};

class Tiles {
   public:
    Tiles(const TileLibrary* library, Vtop& mesh) : library_(*library), tiles_(CORES), mesh_(mesh) {
        std::vector<std::array<void*, TILE_PINS>> pins(CORES);
        for (int64_t core = 0; core < CORES; ++core) {
            Tile& tile = tiles_[core];
            tile.model = library_.make();
            library_.pins(tile.model, pins[core].data());
            bind_tile(pins[core].data(), tile.pins);
        }
        for (int input = 0; input < INPUTS; ++input) {
            for (int64_t core = 0; core < CORES; ++core) {
                const auto [from, index] = WIRES[input][core];
                tiles_[core].inputs[input] = pins[core][INPUT_PINS[input]];
                tiles_[core].sources[input] =
                    from < 0 ? mesh_tells(mesh, input, index) : pins[from][index];
            }
        }
        for (const auto [from, index] : SHOWN) shown_.push_back(pins[from][index]);
    }
    ~Tiles() {
        for (auto& tile : tiles_) {
            if (tile.model) library_.drop(tile.model);
        }
    }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;

    Tile& operator[](int64_t core) { return tiles_[core]; }

    /// A clock edge: every tile takes what was shown before it, and only then do they show more.
    void clock() {
        // After a write to the first one's own port it cannot tell what the others have.
        bool told = tiles_[0].touched;
        told |= take_shared(tiles_[0].inputs, tiles_[0].sources);
        for (auto& tile : tiles_) {
            bool changed = tile.touched;
            if (told || changed) changed |= take_shared(tile.inputs, tile.sources);
            changed |= told | take_own(tile.inputs, tile.sources);
            tile.touched = changed;
        }
        retiring_.clear();
        for (int64_t core = 0; core < CORES; ++core) {
            Tile& tile = tiles_[core];
            library_.clock(tile.model, tile.touched);
            tile.touched = false;
            // Here it is still in the processor's cache.
            if (*tile.pins.trace_valid) retiring_.push_back(core);
        }
    }

    /// Cores whose trace shows a neuron, ascending.
    const std::vector<int64_t>& retiring() const { return retiring_; }

    /// What the tiles show becomes what the mesh sees; it must be evaluated then.
    void show() { show_mesh(mesh_, shown_.data()); }

    /// A configuration write at the tile's own port, which takes one cycle of this tile alone.
    void configure(int64_t core, const uint32_t* words) {
        Tile& tile = tiles_[core];
        load_tile(tile.pins, words);
        *tile.pins.select = 1;
        *tile.pins.config_enable = 1;
        library_.clock(tile.model, true);
        *tile.pins.select = 0;
        *tile.pins.config_enable = 0;
        tile.touched = true;
    }

    bool stopped() const {
        for (const auto& tile : tiles_) {
            if (library_.stopped(tile.model)) return true;
        }
        return false;
    }

   private:
    TileLibrary library_;
    std::vector<Tile> tiles_;
    Vtop& mesh_;
    std::vector<const void*> shown_;
    std::vector<int64_t> retiring_;
};

#endif
