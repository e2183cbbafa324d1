// The register counts down from all ones.
module edge_drop (
    input clk, rst, packet__valid,
    input [29:0] packet__payload,
    output packet__ready,
    output [15:0] dropped
);
  reg [15:0] room;
  assign packet__ready = 1;
  assign dropped = ~room;
  always @(posedge clk) begin
    if (packet__valid && room) room <= room - 1;
    if (rst) room <= -1;
  end
endmodule
