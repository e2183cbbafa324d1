// The struct in the order in which the table lists it: but a packed struct begins with its highest bits.
typedef struct packed {
  logic signed [8:0] dx;
  logic signed [8:0] dy;
  logic [3:0] slot;
  logic [7:0] axon;
} packet_t;

module forward_east (
    input  logic    west__valid,
    input  packet_t west__payload,
    output logic    west__ready,
    output logic    east__valid, north__valid, south__valid, local__valid,
    output packet_t east__payload, north__payload, south__payload, local__payload,
    input  logic    east__ready, north__ready, south__ready, local__ready
);
  wire xp = !west__payload.dx[8] && west__payload.dx != 0;
  wire yn = west__payload.dy[8];
  wire yz = west__payload.dy == 0;
  assign east__valid = west__valid & xp;
  assign north__valid = west__valid & !xp & !yn & !yz;
  assign south__valid = west__valid & !xp & yn;
  assign local__valid = west__valid & !xp & yz;
  assign west__ready = |({east__valid, north__valid, south__valid, local__valid}
                       & {east__ready, north__ready, south__ready, local__ready});
  always_comb begin
    east__payload = west__payload;
    north__payload = west__payload;
    south__payload = west__payload;
    local__payload = west__payload;
    east__payload.dx = west__payload.dx - 9'd1;
    north__payload.dy = west__payload.dy - 9'd1;
    south__payload.dy = west__payload.dy + 9'd1;
  end
endmodule
