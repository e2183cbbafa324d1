// Two valid bits in place of a level.
module input_buffer (clk, rst, arrive__valid, arrive__payload, arrive__ready,
    leave__valid, leave__payload, leave__ready, occupied);
  input clk, rst, arrive__valid, leave__ready;
  input [29:0] arrive__payload;
  output arrive__ready, leave__valid, occupied;
  output [29:0] leave__payload;
  reg v0, v1;
  reg [29:0] d0, d1;
  assign arrive__ready = ~v1, leave__valid = v0, occupied = v0 | v1, leave__payload = d0;
  wire take = v0 & leave__ready;
  always @(posedge clk)
    if (rst) begin
      v0 <= 0; v1 <= 0; d0 <= 0; d1 <= 0;
    end else begin
      v0 <= v1 | arrive__valid | (v0 & ~leave__ready);
      v1 <= v0 & ~leave__ready & (v1 | arrive__valid);
      if (v1 & take) d0 <= d1;
      else if (arrive__valid & ~v1 & (~v0 | take)) d0 <= arrive__payload;
      if (arrive__valid & v0 & ~v1 & ~take) d1 <= arrive__payload;
    end
endmodule
