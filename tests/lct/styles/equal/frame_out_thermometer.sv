// What is left as a thermometer of one bit a byte, which shifts with the bytes.
module frame_out (
    input  logic        clk, rst,
    input  logic        frame__valid,
    input  logic [39:0] frame__payload,
    output logic        frame__ready,
    output logic        byte__valid,
    output logic [7:0]  byte__payload,
    input  logic        byte__ready
);
  logic [4:0] remaining;
  logic [39:0] bits;
  assign byte__valid = remaining[0];
  assign frame__ready = ~remaining[0];
  assign byte__payload = bits[7:0];
  always_ff @(posedge clk)
    if (rst) begin
      remaining <= '0;
      bits <= '0;
    end else if (!remaining[0]) begin
      if (frame__valid) begin
        remaining <= '1;
        bits <= frame__payload;
      end
    end else if (byte__ready) begin
      remaining <= remaining >> 1;
      bits <= bits >> 8;
    end
endmodule
