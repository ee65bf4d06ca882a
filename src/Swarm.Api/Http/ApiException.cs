namespace Swarm.Api.Http;

/// <summary>A request that is answered with an error of its own.</summary>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
