using Microsoft.AspNetCore.Routing;

namespace Swarm.Api.Web;

/// <summary>Something that a node's HTTP server serves.</summary>
public interface IWebRoutes
{
    void Map(IEndpointRouteBuilder routes);
}
