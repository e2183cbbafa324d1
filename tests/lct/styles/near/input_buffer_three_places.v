// A queue of three: off by one.
module input_buffer (
    input clk, rst, arrive__valid, leave__ready,
    input [29:0] arrive__payload,
    output arrive__ready, leave__valid, occupied, output [29:0] leave__payload
);
  reg [1:0] n;
  reg [29:0] a, b, c;
  assign arrive__ready = n < 3, leave__valid = n > 0, occupied = n > 0, leave__payload = a;
  wire push = arrive__valid & arrive__ready, pop = leave__valid & leave__ready;
  always @(posedge clk)
    if (rst) begin n <= 0; a <= 0; b <= 0; c <= 0; end
    else begin
      n <= n + push - pop;
      case ({push, pop})
        2'b01: begin if (n > 1) a <= b; b <= c; end
        2'b10: case (n) 0: a <= arrive__payload; 1: b <= arrive__payload; default: c <= arrive__payload; endcase
        2'b11: begin
          if (n == 1) a <= arrive__payload; else a <= b;
          if (n == 2) b <= arrive__payload; else b <= c;
        end
      endcase
    end
endmodule
