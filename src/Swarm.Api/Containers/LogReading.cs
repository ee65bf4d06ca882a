using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>Where what a container prints goes, from <c>LogConfig</c>.</summary>
internal static class LogReading
{
    /// <returns>Null: as the node says.</returns>
    /// <exception cref="ApiException">A driver or an option that is not known, or not supported; named.</exception>
    public static LogSettings? Read(JsonFields host)
    {
        var asked = host.Object("LogConfig");
        var (driver, options) = (asked.Text("Type"), asked.Texts("Config"));
        if (LogOptions.Check(driver, options) is not { } refusal) return LogOptions.Read(driver, options);
        if (!refusal.IsUnsupported) throw new ApiException(StatusCodes.Status400BadRequest, refusal.Reason);
        throw new ApiException(
            StatusCodes.Status501NotImplemented,
            refusal.Option.Length > 0
                ? refusal.Reason
                : $"{asked.PathOf("Type")} = {driver} is not supported by this version of Swarm");
    }
}
