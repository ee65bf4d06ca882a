using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Runtime.Volumes;

namespace Swarm.Api.Volumes;

/// <summary>A volume that is to be made, from the body of <c>POST /volumes/create</c>.</summary>
internal static class VolumeReading
{
    public const string Driver = "local";

    /// <exception cref="ApiException">What cannot be, or is not supported, named.</exception>
    public static VolumeDefinition Read(JsonFields body)
    {
        CheckDriver(body.Text("Driver"), body.Text("Name"));
        if (!body.IsDefault("ClusterVolumeSpec"))
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented,
                "ClusterVolumeSpec is not supported by this version of Swarm: volumes belong to a node");
        }

        return new VolumeDefinition(body.Text("Name"))
        {
            Labels = body.Texts("Labels"),
            Options = body.Texts("DriverOpts"),
        };
    }

    /// <exception cref="ApiException">It is another one than <c>local</c>.</exception>
    public static void CheckDriver(string driver, string volume)
    {
        if (driver is not ("" or Driver))
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                $"create {volume}: error looking up volume plugin {driver}: plugin \"{driver}\" not found");
        }
    }
}
