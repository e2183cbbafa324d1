// Sums in two instances of one module.
module sum_of_round (
    input clk, rst, last, clear, input [15:0] value, output [31:0] count, output more
);
  reg [31:0] part, sum, base;
  wire [31:0] next = part + value;
  assign count = sum - base;
  assign more = last && next != sum;
  always @(posedge clk)
    if (rst) {part, sum, base} <= 96'd0;
    else begin
      part <= last ? 32'd0 : next;
      if (last) sum <= next;
      if (clear) base <= sum;
    end
endmodule

module counter_scan (
    input clk, rst, last, active, clear, input [15:0] late, off_mesh,
    output [15:0] index, output [31:0] late_count, off_mesh_count,
    output more_late, more_off_mesh, counted
);
  reg [15:0] at;
  reg still, settled;
  sum_of_round a (clk, rst, last, clear, late, late_count, more_late);
  sum_of_round b (clk, rst, last, clear, off_mesh, off_mesh_count, more_off_mesh);
  assign index = at;
  assign counted = settled & ~active;
  always @(posedge clk)
    if (rst) begin
      at <= 0;
      still <= 0;
      settled <= 0;
    end else begin
      at <= last ? 0 : at + 1;
      if (active) {still, settled} <= 0;
      else if (last) {still, settled} <= {1'b1, still};
    end
endmodule
