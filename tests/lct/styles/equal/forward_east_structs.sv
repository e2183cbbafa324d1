// SystemVerilog: a package with the packet, a one-hot enum for the way, unique case.
package noc_pkg;
  typedef struct packed {
    logic [7:0] axon;
    logic [3:0] slot;
    logic signed [8:0] dy;
    logic signed [8:0] dx;
  } packet_t;

  typedef enum logic [3:0] {
    GO_EAST  = 4'b0001,
    GO_NORTH = 4'b0010,
    GO_SOUTH = 4'b0100,
    GO_LOCAL = 4'b1000
  } way_t;
endpackage

module forward_east
  import noc_pkg::*;
(
    input  logic    west__valid,
    input  packet_t west__payload,
    output logic    west__ready,
    output logic    east__valid,
    output packet_t east__payload,
    input  logic    east__ready,
    output logic    north__valid,
    output packet_t north__payload,
    input  logic    north__ready,
    output logic    south__valid,
    output packet_t south__payload,
    input  logic    south__ready,
    output logic    local__valid,
    output packet_t local__payload,
    input  logic    local__ready
);
  way_t way;
  always_comb begin
    if (west__payload.dx > 0) way = GO_EAST;
    else if (west__payload.dy > 0) way = GO_NORTH;
    else if (west__payload.dy < 0) way = GO_SOUTH;
    else way = GO_LOCAL;
  end

  assign {local__valid, south__valid, north__valid, east__valid} = way & {4{west__valid}};

  always_comb begin
    west__ready = 1'b0;
    if (west__valid)
      unique case (way)
        GO_EAST:  west__ready = east__ready;
        GO_NORTH: west__ready = north__ready;
        GO_SOUTH: west__ready = south__ready;
        GO_LOCAL: west__ready = local__ready;
        default:  west__ready = 1'b0;
      endcase
  end

  always_comb begin
    east__payload = west__payload;
    east__payload.dx = west__payload.dx - 9'sd1;
    north__payload = west__payload;
    north__payload.dy = west__payload.dy - 9'sd1;
    south__payload = west__payload;
    south__payload.dy = west__payload.dy + 9'sd1;
    local__payload = west__payload;
  end
endmodule
