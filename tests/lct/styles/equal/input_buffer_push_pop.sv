// In terms of push and pop, level by arithmetic.
module input_buffer #(type packet_t = logic [29:0]) (
    input  logic    clk, rst,
    input  logic    arrive__valid,
    input  packet_t arrive__payload,
    output logic    arrive__ready,
    output logic    leave__valid,
    output packet_t leave__payload,
    input  logic    leave__ready,
    output logic    occupied
);
  logic [1:0] level;
  packet_t oldest, newest;
  wire push = arrive__valid && arrive__ready;
  wire pop = leave__valid && leave__ready;

  assign arrive__ready = !level[1];
  assign leave__valid = |level;
  assign occupied = |level;
  assign leave__payload = oldest;

  always_ff @(posedge clk) begin
    level <= level + 2'(push) - 2'(pop);
    if (pop && level[1]) oldest <= newest;
    else if (push && (pop || level == 0)) oldest <= arrive__payload;
    if (push && !pop && level[0]) newest <= arrive__payload;
    if (rst) {level, oldest, newest} <= '0;
  end
endmodule
