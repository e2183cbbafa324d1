// "Take the next address while this one is asked": a cycle is won, and the table left.
module axi_read (
    input  logic clk, rst, ar__valid, r__ready, failed,
    input  logic [11:0] ar__payload, input logic [31:0] data,
    output logic ar__ready, r__valid, ask,
    output logic [33:0] r__payload, output logic [11:0] address
);
  logic has_address, answered;
  logic [11:0] held;
  logic [33:0] answer;
  assign ask = has_address & ~answered;
  assign ar__ready = ~has_address | ask;
  assign r__valid = answered;
  assign r__payload = answer;
  assign address = held;
  always_ff @(posedge clk) begin
    if (rst) begin
      has_address <= '0; answered <= '0; held <= '0; answer <= '0;
    end else begin
      if (ask) begin
        has_address <= '0; answered <= '1; answer <= {failed, 1'b0, data};
      end else if (r__ready) answered <= '0;
      if (ar__valid & ar__ready) begin
        has_address <= '1; held <= ar__payload;
      end
    end
  end
endmodule
