// Parameterised for any size of mesh; the steps are made by functions.
module forward_east #(
    parameter int unsigned OFFSET_BITS = 9,
    parameter int unsigned SLOT_BITS = 4,
    parameter int unsigned AXON_BITS = 8,
    localparam int unsigned W = 2 * OFFSET_BITS + SLOT_BITS + AXON_BITS
) (
    input  logic         west__valid,
    input  logic [W-1:0] west__payload,
    output logic         west__ready,
    output logic         east__valid,
    output logic [W-1:0] east__payload,
    input  logic         east__ready,
    output logic         north__valid,
    output logic [W-1:0] north__payload,
    input  logic         north__ready,
    output logic         south__valid,
    output logic [W-1:0] south__payload,
    input  logic         south__ready,
    output logic         local__valid,
    output logic [W-1:0] local__payload,
    input  logic         local__ready
);
  typedef logic signed [OFFSET_BITS-1:0] offset_t;

  function automatic logic [W-1:0] add_to(input logic [W-1:0] packet, input int unsigned low,
                                          input offset_t amount);
    logic [W-1:0] result;
    result = packet;
    result[low+:OFFSET_BITS] = packet[low+:OFFSET_BITS] + amount;
    return result;
  endfunction

  function automatic logic positive(input offset_t v);
    return !(v[OFFSET_BITS-1] || v == '0);
  endfunction

  localparam int unsigned X = 0;
  localparam int unsigned Y = OFFSET_BITS;

  wire go_x = positive(west__payload[X+:OFFSET_BITS]);
  wire go_n = !go_x && positive(west__payload[Y+:OFFSET_BITS]);
  wire go_s = !go_x && west__payload[Y+OFFSET_BITS-1];
  wire go_l = !go_x && !go_n && !go_s;

  logic [3:0] ready, valid;
  assign ready = {local__ready, south__ready, north__ready, east__ready};
  assign valid = west__valid ? {go_l, go_s, go_n, go_x} : 4'd0;
  assign west__ready = |(ready & valid);
  assign {local__valid, south__valid, north__valid, east__valid} = valid;

  assign east__payload  = add_to(west__payload, X, -1);
  assign north__payload = add_to(west__payload, Y, -1);
  assign south__payload = add_to(west__payload, Y, 1);
  assign local__payload = west__payload;
endmodule
