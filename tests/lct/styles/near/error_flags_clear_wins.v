module error_flags (
    input clk, rst, late, off_mesh, overrun, refused, access, done, was_unsettled, clear, write,
    input [17:0] malformed_count, input [2:0] spikes_in, spikes_out, input [31:0] written, enables,
    output [31:0] errors, overrun_count, refused_count, spikes_in_count, spikes_out_count, output irq
);
  localparam [31:0] USED = 32'h8000_007f;
  reg [31:0] flags, overrun_sum, refused_sum, spikes_in_sum, spikes_out_sum;
  reg [17:0] malformed_before;
  reg unsettled_before;
  wire [31:0] now = {done, 24'b0, access, was_unsettled & ~unsettled_before,
                     malformed_count > malformed_before, refused, overrun, off_mesh, late};
  wire [31:0] keep = ~({32{clear}} | ({32{write}} & written));
  assign errors = flags, irq = |(flags & enables & USED);
  assign overrun_count = overrun_sum, refused_count = refused_sum;
  assign spikes_in_count = spikes_in_sum, spikes_out_count = spikes_out_sum;
  always @(posedge clk)
    if (rst) begin
      flags <= 0; malformed_before <= 0; unsettled_before <= 0;
      overrun_sum <= 0; refused_sum <= 0; spikes_in_sum <= 0; spikes_out_sum <= 0;
    end else begin
      malformed_before <= malformed_count;
      unsettled_before <= was_unsettled;
      flags <= (flags | now) & keep & USED;
      overrun_sum <= clear ? 0 : overrun_sum + overrun;
      refused_sum <= clear ? 0 : refused_sum + refused;
      spikes_in_sum <= clear ? 0 : spikes_in_sum + spikes_in;
      spikes_out_sum <= clear ? 0 : spikes_out_sum + spikes_out;
    end
endmodule
