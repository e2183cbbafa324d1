// A memory of two places with pointers, as a general queue.
module input_buffer (
    input clk, rst, arrive__valid, leave__ready,
    input [29:0] arrive__payload,
    output arrive__ready, leave__valid, occupied,
    output [29:0] leave__payload
);
  // The register behind leave__payload is shown even when empty: the head stays where it was read.
  reg [29:0] shown, behind;
  reg some, more;
  wire push = arrive__valid & arrive__ready, pop = leave__ready & leave__valid;
  assign arrive__ready = ~(some & more);
  assign leave__valid = some;
  assign occupied = some;
  assign leave__payload = shown;
  always @(posedge clk) begin
    if (rst) {some, more, shown, behind} <= 62'd0;
    else case ({push, pop})
      2'b10: begin
        {more, some} <= {some, 1'b1};
        if (some) behind <= arrive__payload; else shown <= arrive__payload;
      end
      2'b01: begin
        {more, some} <= {1'b0, more};
        if (more) shown <= behind;
      end
      2'b11: shown <= arrive__payload;
      default: ;
    endcase
  end
endmodule
