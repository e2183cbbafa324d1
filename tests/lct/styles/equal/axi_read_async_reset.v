// The reset is asynchronous; the values are the table's.
module axi_read (
    input clk, rst, ar__valid, r__ready, failed,
    input [11:0] ar__payload,
    input [31:0] data,
    output ar__ready, r__valid, ask,
    output [33:0] r__payload,
    output [11:0] address
);
  reg has_address, answered;
  reg [11:0] held;
  reg [33:0] answer;
  assign {ar__ready, r__valid, ask} = {~has_address, answered, has_address & ~answered};
  assign r__payload = answer, address = held;
  always @(posedge clk or posedge rst)
    if (rst) begin
      {has_address, answered} <= 2'b00;
      held <= 12'h000;
      answer <= 34'h0;
    end else begin
      case ({has_address, answered})
        2'b00: if (ar__valid) {has_address, held} <= {1'b1, ar__payload};
        2'b01: begin
          if (ar__valid) {has_address, held} <= {1'b1, ar__payload};
          answered <= ~r__ready;
        end
        2'b10: begin
          {has_address, answered} <= 2'b01;
          answer <= {failed, 1'b0, data};
        end
        2'b11: if (r__ready) answered <= 0;
      endcase
    end
endmodule
