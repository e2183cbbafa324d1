module error_flags (
    input clk, rst, late, off_mesh, overrun, refused, access, done, was_unsettled, clear, write,
    input [17:0] malformed_count, input [2:0] spikes_in, spikes_out, input [31:0] written, enables,
    output [31:0] errors, overrun_count, refused_count, spikes_in_count, spikes_out_count, output irq
);
  reg [31:0] flags, overrun_sum, refused_sum, spikes_in_sum, spikes_out_sum;
  reg [17:0] malformed_before;
  reg unsettled_before;
  wire [6:0] e = {access, was_unsettled & ~unsettled_before, malformed_count > malformed_before,
                  refused, overrun, off_mesh, late};
  wire [31:0] f = {done, 24'b0, e} | flags & ~({32{clear}} | written & {32{write}});
  assign errors = flags;
  assign irq = |(flags[5:0] & enables[5:0]) | flags[31] & enables[31];
  assign overrun_count = overrun_sum, refused_count = refused_sum;
  assign spikes_in_count = spikes_in_sum, spikes_out_count = spikes_out_sum;
  always @(posedge clk) begin
    {malformed_before, unsettled_before} <= rst ? 19'd0 : {malformed_count, was_unsettled};
    flags <= rst ? 32'd0 : {f[31], 24'd0, f[6:0]};
    overrun_sum <= rst | clear ? 32'd0 : overrun_sum + overrun;
    refused_sum <= rst | clear ? 32'd0 : refused_sum + refused;
    spikes_in_sum <= rst | clear ? 32'd0 : spikes_in_sum + spikes_in;
    spikes_out_sum <= rst | clear ? 32'd0 : spikes_out_sum + spikes_out;
  end
endmodule
