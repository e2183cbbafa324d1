// The tiles of a mesh where they are a library of their own: see tile_block.py. Included by the driver
// after glue.h, which has the pins of a tile; without TILED there is nothing here.

#pragma once

#include <cstdio>
#include <string>
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

/// One tile; its place in the mesh comes from the name of its instance.
struct Tile {
    void* model;
    void (*clock)(void*, bool);
    TilePins pins;
    bool touched = true;  // inputs were set without the mesh
};

class Tiles {
   public:
    explicit Tiles(const TileLibrary* library) : library_(*library), tiles_(CORES) {}
    ~Tiles() {
        for (auto& tile : tiles_) {
            if (tile.model) library_.drop(tile.model);
        }
    }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;

    /// The instance is called "....tile_X_Y".
    Tile* add(const std::string& place) {
        long x = 0, y = 0;
        std::sscanf(place.c_str() + place.rfind('.') + 1, "tile_%ld_%ld", &x, &y);
        Tile& tile = tiles_[x + WIDTH * y];
        tile.model = library_.make();
        tile.clock = library_.clock;
        void* pins[TILE_PINS];
        library_.pins(tile.model, pins);
        bind_tile(pins, tile.pins);
        return &tile;
    }

    Tile& operator[](int64_t core) { return tiles_[core]; }

    /// A configuration write at the tile's own port, which takes one cycle of this tile alone.
    void configure(int64_t core, const uint32_t* words) {
        Tile& tile = tiles_[core];
        load_tile(tile.pins, words);
        *tile.pins.select = 1;
        *tile.pins.config_enable = 1;
        tile.clock(tile.model, true);
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
};

#endif
