// Packed structs in a package; full by priority of events.
package spikes_pkg;
  typedef struct packed {
    logic [3:0] delay;
    logic [7:0] axon;
    logic [8:0] dy;
    logic [8:0] dx;
  } destination_t;
  typedef struct packed {
    destination_t destination;
    logic spike;
  } fired_t;
  typedef struct packed {
    logic [7:0] axon;
    logic [3:0] slot;
    logic [8:0] dy;
    logic [8:0] dx;
  } packet_t;
endpackage

module spike_sender (
    input  logic                clk, rst,
    input  logic                fired__valid,
    input  spikes_pkg::fired_t  fired__payload,
    output logic                fired__ready,
    output logic                packet__valid,
    output spikes_pkg::packet_t packet__payload,
    input  logic                packet__ready,
    input  logic [3:0]          slot,
    output logic                busy
);
  import spikes_pkg::*;
  logic full;
  packet_t held, made;
  destination_t to;
  assign to = fired__payload.destination;
  assign made = '{axon: to.axon, slot: slot + to.delay, dy: to.dy, dx: to.dx};
  assign {packet__valid, packet__payload, busy} = {full, held, full};
  assign fired__ready = packet__ready || !full;
  always_ff @(posedge clk) begin
    if (rst) begin
      full <= 0;
      held <= '0;
    end else if (fired__valid && fired__ready && fired__payload.spike && |to.delay) begin
      full <= 1;
      held <= made;
    end else if (packet__ready) full <= 0;
  end
endmodule
